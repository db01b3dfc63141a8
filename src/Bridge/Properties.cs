// What the compiler has proved to be assigned needs no clearing first; the thread check takes an address, which would otherwise be cleared each time.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
