package partnercenter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

// errorBody is the contract's fault: data is always an array, or the .NET SDK cannot read it.
type errorBody struct {
	Code        string   `json:"code"`
	Description string   `json:"description"`
	Data        []string `json:"data"`
	Source      string   `json:"source"`
}

// throttledBody must not look like errorBody: the .NET SDK reads Retry-After only when the body is no fault.
type throttledBody struct {
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
}

const (
	errorSource    = "Comptoir"
	maxDescription = 1024 // characters; the contract's bound
	retryAfter     = "2"  // seconds, of a 503
)

// refusal turns an error into its answer: a fault through the table, anything else into 500 with nothing but the id that
// finds it in the log.
func (a *api) refusal(r *request, err error) answer {
	f := fault.Of(err)
	if f == nil {
		return a.internal(r, err)
	}
	if f.Code == "rate.limited" {
		return throttled(f)
	}
	wf := wireFaultOf(f, r.op)
	ans := errorAnswer(wf.status, wf.code, describe(wf.text, f.Args), rowErrors(f.Args)...)
	switch {
	case wf.status == http.StatusUnauthorized:
		challenge := `Bearer realm="comptoir"`
		if f.Code != "token.missing" {
			challenge += `, error="invalid_token"`
		}
		ans.Header["WWW-Authenticate"] = challenge
	case wf.status == http.StatusServiceUnavailable:
		ans.Header["Retry-After"] = retryAfter
	case wf.status == http.StatusMethodNotAllowed:
		ans.Header["Allow"], _ = f.Args["allow"].(string)
	}
	return ans
}

// internal answers for an error that is ours. A call given up by its caller or its deadline is no news for the log.
func (a *api) internal(r *request, err error) answer {
	ctx := r.http.Context()
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		ans := errorAnswer(http.StatusServiceUnavailable, "990002", faultOf["server.busy"].text)
		ans.Header["Retry-After"] = retryAfter
		return ans
	}
	route := ""
	if r.op != nil {
		route = r.op.method + " " + r.op.path
	}
	a.Log.LogAttrs(context.WithoutCancel(ctx), slog.LevelError, "request failed",
		slog.String("request", r.shownID), slog.String("correlation", r.correlation),
		slog.String("route", route), slog.String("partner", string(r.actor.Scope.Partner())), slog.Any("error", err))
	return errorAnswer(http.StatusInternalServerError, "800003", "Unexpected error. Correlation id "+r.correlation+".")
}

// throttled is 429; its Retry-After is in whole seconds and never missing.
func throttled(f *fault.Fault) answer {
	seconds, _ := f.Args["seconds"].(int)
	seconds = max(seconds, 1)
	body, _ := encode(throttledBody{http.StatusTooManyRequests, fmt.Sprintf("Too many requests; retry after %d seconds.", seconds)})
	return answer{
		Status: http.StatusTooManyRequests,
		Header: map[string]string{"Retry-After": strconv.Itoa(seconds)},
		Body:   body,
	}
}

func errorAnswer(status int, code, text string, data ...string) answer {
	if data == nil {
		data = []string{}
	}
	body, _ := encode(errorBody{code, text, data, errorSource}) // strings always marshal
	return answer{Status: status, Header: map[string]string{}, Body: body}
}

// wireFaultOf finds the row of a fault: first the one for what the operation is about, then the general one, then its kind's.
func wireFaultOf(f *fault.Fault, op *operation) wireFault {
	if op != nil {
		if wf, ok := faultOf[f.Code+"@"+op.about]; ok {
			return wf
		}
	}
	if wf, ok := faultOf[f.Code]; ok {
		return wf
	}
	wf := kindOf[f.Kind]
	if wf.status == 0 {
		wf = kindOf[fault.KindRefused]
	}
	wf.text = strings.ReplaceAll(wf.text, "{code}", f.Code)
	return wf
}

// describe fills a row's text. [A part in brackets] falls away when one of its {holes} has no value.
func describe(text string, args fault.Args) string {
	var b strings.Builder
	for text != "" {
		part, rest, optional := nextPart(text)
		mark := b.Len()
		if !fill(&b, part, args) && optional {
			kept := b.String()[:mark]
			b.Reset()
			b.WriteString(kept)
		}
		text = rest
	}
	return clip(b.String(), maxDescription)
}

// nextPart cuts off what stands before the next bracket, or the inside of a bracket that starts here.
func nextPart(text string) (part, rest string, optional bool) {
	if text[0] == '[' {
		part, rest, _ = strings.Cut(text[1:], "]")
		return part, rest, true
	}
	if i := strings.IndexByte(text, '['); i >= 0 {
		return text[:i], text[i:], false
	}
	return text, "", false
}

func fill(b *strings.Builder, part string, args fault.Args) (whole bool) {
	whole = true
	for {
		before, after, found := strings.Cut(part, "{")
		b.WriteString(before)
		if !found {
			return whole
		}
		name, rest, _ := strings.Cut(after, "}")
		v, ok := args[name]
		if ok {
			b.WriteString(clip(shown(v), 200))
		}
		whole = whole && ok
		part = rest
	}
}

// shown is an argument in an English sentence.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []string:
		return strings.Join(v, ", ")
	case fmt.Stringer:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}
