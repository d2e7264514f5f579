// Comptoir is a self-hosted partner centre in one binary. This folder is flags and wiring; what is decided is decided in
// internal/domain, through the use cases of internal/app.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/comptoir-dev/comptoir/internal/collector"
)

// version is the release; set when one is built, else told by the build information.
var version = "dev"

type commands struct {
	Demo     demoCommand     `cmd:"" help:"Make a demo in a folder, serve it as a sandbox, and print how to enter it. Run again, it resumes."`
	Serve    serveCommand    `cmd:"" help:"Serve the API."`
	User     userCommands    `cmd:"" help:"People who sign in."`
	Partner  partnerCommand  `cmd:"" help:"Show and change the settings of a partner."`
	Import   importCommands  `cmd:"" help:"Bring in a catalogue."`
	Keys     keysCommands    `cmd:"" help:"The keys that product keys are sealed with."`
	Log      logCommands     `cmd:"" help:"The activity log: checkpoints, exports, proofs."`
	Activate activateCommand `cmd:"" help:"Activate a publisher's plan that a customer bought, in the publisher's name."`
	Backup   backupCommand   `cmd:"" help:"Copy the SQLite database into a file, also while it is served."`
	Restore  restoreCommand  `cmd:"" help:"Put a copy made by backup in the database's place; nothing may serve it."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database schema up to this program's, and stop."`
	Verify   verifyCommand   `cmd:"" help:"Recompute the books and the activity log, and print what does not fit."`
	Health   healthCommand   `cmd:"" help:"Ask a running server whether it is ready."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

func main() {
	collector.Tune()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	k := kong.Parse(&c,
		kong.Name("comptoir"),
		kong.Description("A self-hosted partner centre: sell software on behalf of customers, and speak the public Partner Center REST API."),
		kong.UsageOnError(), kong.DefaultEnvars("COMPTOIR"),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "comptoir:", err)
		os.Exit(1)
	}
}

type versionCommand struct{}

// Run prints the version and what it was built from.
func (versionCommand) Run() error {
	fmt.Println("comptoir", buildVersion())
	return nil
}

func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || version != "dev" {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + " " + s.Value[:12]
		}
	}
	return version
}
