package license

import "strings"

// The scripts are Windows command files over slmgr.vbs (F51). Neither has a product key in it: the key is their first
// argument, so that they can be kept and shared, and a key is shown only where its reveal is recorded (F44).
const (
	scriptHead = "@echo off\r\n" +
		"setlocal\r\n" +
		"if \"%~1\"==\"\" (echo usage: %~nx0 PRODUCT-KEY & exit /b 2)\r\n" +
		"set \"slmgr=%windir%\\system32\\slmgr.vbs\"\r\n"

	// scriptHere runs on the device itself.
	scriptHere = scriptHead +
		"cscript //nologo \"%slmgr%\" /ckms || exit /b 1\r\n" +
		"cscript //nologo \"%slmgr%\" /ipk \"%~1\" || exit /b 1\r\n" +
		"cscript //nologo \"%slmgr%\" /ato || exit /b 1\r\n"

	// scriptThere runs on an administrator's machine and reaches the devices over the network, one after the other. Their names
	// stand at its own end, behind deviceMark. A device that fails does not stop the others: its name goes to a file beside it.
	scriptThere = scriptHead +
		"set \"failed=%~dpn0.failed.txt\"\r\n" +
		"if exist \"%failed%\" del \"%failed%\"\r\n" +
		"for /f \"tokens=2\" %%d in ('findstr /b /c:\"" + deviceMark + "\" \"%~f0\"') do (\r\n" +
		"  echo %%d\r\n" +
		"  (cscript //nologo \"%slmgr%\" %%d /ckms && cscript //nologo \"%slmgr%\" %%d /ipk \"%~1\" && cscript //nologo \"%slmgr%\" %%d /ato) || (>>\"%failed%\" echo %%d)\r\n" +
		")\r\n" +
		"if exist \"%failed%\" (echo these failed: & type \"%failed%\" & exit /b 1)\r\n" +
		"exit /b 0\r\n"

	deviceMark = "::@ "
)

// DeviceScript installs a key on the device that it runs on, and activates it.
func DeviceScript() string { return scriptHere }

// FleetScript does the same for devices over the network, in the order given. Each of their names is DeviceNamed; one that is
// not is left out.
func FleetScript(devices []Device) string {
	var b strings.Builder
	b.WriteString(scriptThere)
	for _, d := range devices {
		if DeviceNamed(d.Name) {
			b.WriteString(deviceMark + d.Name + "\r\n")
		}
	}
	return b.String()
}
