//go:build sdk

// Package sdk lets the clients judge that others wrote for the public API and its directory: libraries as their registries have
// them, unmodified, told nothing but another host, against the real binary over TLS.
package sdk

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// serve starts a demo that speaks TLS, and gives what scripts are told of it: as demo.json has it, at its present address.
func serve(t *testing.T) (env []string, cert string) {
	t.Helper()
	site := harness.Demo(t, harness.SQLite)
	site.TLS = true
	server := site.Start(t)
	text, err := os.ReadFile(filepath.Join(site.Dir, "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	var told map[string]any
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	told["url"] = server.URL
	if text, err = json.Marshal(told); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server's log:\n%s", server.Log())
		}
	})
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "COMPTOIR_SITE=" + string(text), "COMPTOIR_CERT=" + site.Cert()}, site.Cert()
}

// install runs a package manager, with the environment that it needs to reach its registry.
func install(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// copied puts files of a folder here into another, where package managers may leave what they like.
func copied(t *testing.T, to, from string, files ...string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(from, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// follow runs a script to its end. It must have made these steps, in this order, and have ended well.
func follow(t *testing.T, dir string, env []string, steps []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	var made []string
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		if step, ok := strings.CutPrefix(lines.Text(), "step: "); ok {
			made = append(made, step)
		}
	}
	if err != nil || !slices.Equal(made, steps) {
		t.Errorf("%s %s: %v\nmade the steps %q\nof %q\n%s", name, strings.Join(args, " "), err, made, steps, out)
	}
}

// pythonLibraries are the versions that were tried, with what they ask for themselves.
var pythonLibraries = []string{"partnercenterservices==0.1.2", "msal==1.39.0", "adal==1.2.7", "requests>=2.31,<3"}

// python is a script of the folder python, with the libraries in a folder of its own.
func python(t *testing.T, script string, steps ...string) {
	t.Helper()
	libraries := t.TempDir()
	env, cert := serve(t)
	install(t, libraries, "python3", append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", libraries}, pythonLibraries...)...)
	follow(t, "python", append(env, "REQUESTS_CA_BUNDLE="+cert, "PYTHONPATH="+libraries, "PYTHONDONTWRITEBYTECODE=1"), steps, "python3", script)
}

// TestPartnerCenterServices plays a session with the SDK that was generated from the vendor's own description of the API.
func TestPartnerCenterServices(t *testing.T) {
	python(t, "session.py", "sign in", "create a customer", "page customers by token", "browse the catalogue", "check out a cart with an add-on, twice",
		"read orders by billing cycle", "toggle auto-renew by the whole object", "suspend and reactivate, with the add-on",
		"buy an add-on by patching the order", "cancel by order and by subscription", "buy an imported offer with an add-on, and more seats of it",
		"raise, note and close a service request", "add a user with a role, and delete it", "read everything else it can")
}

// TestMSALForPython signs in by every grant there is, with MSAL and with its predecessor ADAL.
func TestMSALForPython(t *testing.T) {
	python(t, "flows.py", "MSAL: client credentials", "register a public and a confidential client", "MSAL: device code", "MSAL: refresh",
		"MSAL: authorization code with PKCE, by redirect and by form, and refresh", "ADAL: client credentials, device code and refresh")
}

// TestMSALForNode does the same with MSAL for Node.
func TestMSALForNode(t *testing.T) {
	folder := t.TempDir()
	env, cert := serve(t)
	copied(t, folder, "node", "package.json", "flows.mjs")
	install(t, folder, "npm", "install", "--silent", "--no-audit", "--no-fund")
	follow(t, folder, append(env, "NODE_EXTRA_CA_CERTS="+cert), []string{
		"client credentials", "register a public and a confidential client", "device code", "refresh", "authorization code with PKCE, and refresh",
	}, "node", "flows.mjs")
}

// TestMSALForJava does the same with MSAL for Java, which signs the vendor's Java SDK in.
func TestMSALForJava(t *testing.T) {
	folder := t.TempDir()
	env, cert := serve(t)
	copied(t, folder, "java", "pom.xml", "Flows.java")
	install(t, folder, "mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib")
	install(t, folder, "keytool", "-importcert", "-noprompt", "-alias", "comptoir", "-file", cert, "-keystore", "trust.p12", "-storetype", "PKCS12", "-storepass", "changeit")
	follow(t, folder, env, []string{
		"client credentials", "register a public and a confidential client", "device code", "refresh", "authorization code with PKCE, and refresh",
	}, "java", "-Djavax.net.ssl.trustStore=trust.p12", "-Djavax.net.ssl.trustStorePassword=changeit", "-cp", "lib/*", "Flows.java")
}
