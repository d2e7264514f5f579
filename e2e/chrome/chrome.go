// Package chrome drives a real Chromium: pages of one site, in cookie jars of their own, and all that a browser complains of
// on them: scripts and styles that the policy blocked, errors in the console, requests that leave the site.
package chrome

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Patience is how long one step in the browser may take.
const Patience = 30 * time.Second

// Browser is a Chromium without a window.
type Browser struct {
	ctx  context.Context
	stop func()
	dir  string
}

// Start runs Chromium with an empty profile; CHROME names its program where it is not in the usual places.
func Start(ctx context.Context) (*Browser, error) {
	dir, err := os.MkdirTemp("", "comptoir-chrome-")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "en-US"), chromedp.WindowSize(1280, 900))
	if path := os.Getenv("CHROME"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	first, cancel := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	b := &Browser{ctx: first, dir: dir, stop: func() { cancel(); stop() }}
	if err := chromedp.Do(first); err != nil {
		return nil, errors.Join(fmt.Errorf("chromium: %w", err), b.Stop())
	}
	return b, nil
}

// Stop ends it and removes its profile.
func (b *Browser) Stop() error {
	b.stop()
	return os.RemoveAll(b.dir)
}

// Page is one tab, in a cookie jar of its own, on one site.
type Page struct {
	Site string // "http://localhost:8080"

	ctx    context.Context
	cancel func()

	mu       sync.Mutex
	wrong    []string
	dialogs  int
	requests int
}

// Open makes a page of a site; cookies are those of somebody who is signed in there.
func (b *Browser) Open(site string, cookies ...*http.Cookie) (*Page, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	p := &Page{Site: site, ctx: ctx, cancel: cancel}
	err := chromedp.Do(ctx)
	if err == nil {
		err = chromedp.Listen(ctx, p.hear)
	}
	for _, c := range cookies {
		if err == nil {
			_, err = chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: site, HTTPOnly: &c.HttpOnly})
		}
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("a new page: %w", err)
	}
	return p, nil
}

// Close closes it.
func (p *Page) Close() { p.cancel() }

// hear keeps what is wrong.
func (p *Page) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Level == cdplog.EntryLevelWarning {
			p.wrong = append(p.wrong, fmt.Sprintf("%s: %s %s", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if e := ev.ExceptionDetails.Exception; e != nil {
			text += " " + e.Description
		}
		p.wrong = append(p.wrong, "exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			text := "console:"
			for _, a := range ev.Args {
				text += " " + string(a.Value) + a.Description
			}
			p.wrong = append(p.wrong, text)
		}
	case *network.EventRequestWillBeSent:
		p.requests++
		if u := ev.Request.URL; !strings.HasPrefix(u, p.Site+"/") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "about:") {
			p.wrong = append(p.wrong, "leaves the site: "+u)
		}
	case *page.EventJavascriptDialogOpening:
		p.dialogs++
		p.wrong = append(p.wrong, "a script spoke: "+ev.Message)
		go func() { // never from within the listener
			_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		}()
	}
}

// Wrong takes what was wrong since it was last asked.
func (p *Page) Wrong() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.wrong
	p.wrong = nil
	return out
}

// Requests counts what was asked of servers so far: proof that the page's ears are open.
func (p *Page) Requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

// Do runs steps within Patience.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// call sends one command of the protocol.
func call[P, R any](p *Page, command cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	return chromedp.Call(ctx, command, params)
}

// Go opens an address of the site, waits until it is loaded, and gives its status.
func (p *Page) Go(path string) (int, error) {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	resp, err := chromedp.Run(ctx, chromedp.NavigateResponse(p.Site+path))
	if err != nil || resp == nil {
		return 0, fmt.Errorf("%s: %w", path, cmp.Or(err, errors.New("no answer")))
	}
	return int(resp.Status), nil
}

// Back goes to the page before, as the browser's own button does, and waits until it is there.
func (p *Page) Back() error {
	past, err := call(p, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		return err
	}
	if past.CurrentIndex < 1 {
		return errors.New("there is no page before")
	}
	// A page that was kept whole is not loaded again, so nothing tells that it is.
	if _, err := call(p, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: past.Entries[past.CurrentIndex-1].ID}); err != nil {
		return err
	}
	return p.Until(`!!document.querySelector("main")`)
}

// Until asks until an expression holds on a page that is loaded. Between two pages there is nothing to ask.
func (p *Page) Until(expression string) error {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	for {
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && (`+expression+`)`))
		switch {
		case there && err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", expression, ctx.Err())
		}
	}
}

// Led runs steps that lead to another page, waits until that is loaded, and gives its status.
func (p *Page) Led(steps ...chromedp.Action[chromedp.Void]) (int, error) {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, steps...)
	if err != nil || resp == nil {
		return 0, err
	}
	return int(resp.Status), nil
}

// File is one that the browser saved.
type File struct {
	Name, URL string
	Content   []byte
}

// Saves runs steps that make the browser save a file, as links and buttons of downloads do, and gives it.
func (p *Page) Saves(steps ...chromedp.Action[chromedp.Void]) (f File, err error) {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	dir, err := os.MkdirTemp("", "comptoir-saved-")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	on := true
	_, err = chromedp.Call(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID, DownloadPath: dir, EventsEnabled: &on,
	})
	if err != nil {
		return f, err
	}
	begins, goes := chromedp.Events(ctx, browser.DownloadWillBegin), chromedp.Events(ctx, browser.DownloadProgress)
	if err := chromedp.Do(ctx, steps...); err != nil {
		return f, err
	}
	for ev, err := range begins {
		if err != nil {
			return f, fmt.Errorf("nothing is saved: %w", err)
		}
		f.Name, f.URL = ev.SuggestedFilename, ev.URL
		break
	}
	for ev, err := range goes {
		switch {
		case err != nil:
			return f, fmt.Errorf("%s is not saved: %w", f.Name, err)
		case ev.State == browser.DownloadProgressStateCompleted:
			f.Content, err = os.ReadFile(filepath.Join(dir, ev.GUID))
			return f, err
		case ev.State == browser.DownloadProgressStateCanceled:
			return f, fmt.Errorf("%s is not saved: the download was broken off", f.Name)
		}
	}
	return f, fmt.Errorf("%s is not saved", f.Name)
}

// Eval is the value of an expression; one that is a promise is awaited.
func Eval[T any](p *Page, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, chromedp.EvalAsValue))
}

// Look is how the page is shown.
type Look struct {
	Width, Height int64
	Scale         float64 // pixels of the screen to one of the page; 0 is 1
	Dark          bool
	Forced        bool // the system's colours are forced on it
	Still         bool // the reader wants no movement
}

// Show sets the look. It stays over later pages.
func (p *Page) Show(l Look) error {
	scheme, forced, motion := "light", "none", "no-preference"
	if l.Dark {
		scheme = "dark"
	}
	if l.Forced {
		forced = "active"
	}
	if l.Still {
		motion = "reduce"
	}
	if l.Scale == 0 {
		l.Scale = 1
	}
	_, err := call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.Width, Height: l.Height, DeviceScaleFactor: l.Scale})
	if err != nil {
		return err
	}
	_, err = call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "forced-colors", Value: forced}, {Name: "prefers-reduced-motion", Value: motion},
	}})
	return err
}

// Scripts switches the page's own scripts on or off, from the next page on.
func (p *Page) Scripts(on bool) error {
	_, err := call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	return err
}

// Language is what the browser asks for from now on: "fr".
func (p *Page) Language(tag string) error {
	_, err := call(p, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": tag}})
	return err
}

// Device gives the page a device that keeps passkeys; verified tells whether its owner is there, and may be told anew.
func (p *Page) Device() (verified func(bool) error, err error) {
	if _, err := call(p, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		return nil, err
	}
	made, err := call(p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	return func(is bool) error {
		_, err := call(p, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: made.AuthenticatorID, IsUserVerified: is})
		return err
	}, err
}

// Picture is the page as PNG: what the window shows, or with whole all of it.
func (p *Page) Picture(whole bool) ([]byte, error) {
	beyond := whole
	params := page.CaptureScreenshotParams{CaptureBeyondViewport: &beyond}
	if whole {
		size, err := Eval[struct{ W, H float64 }](p, `({W: innerWidth, H: document.documentElement.scrollHeight})`)
		if err != nil {
			return nil, err
		}
		params.Clip = &page.Viewport{Width: size.W, Height: size.H, Scale: 1}
	}
	shot, err := call(p, page.CaptureScreenshot, params)
	return shot.Data, err
}
