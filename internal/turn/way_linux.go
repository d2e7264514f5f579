package turn

import "syscall"

// giveWay lets the threads run that wait for this processor, if there are any (decision 0028). The system makes room for them by itself only
// at its next tick, up to 4 ms later, and then stops us with a request half done and others behind it in our queue.
func giveWay() { _, _, _ = syscall.Syscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
