/// Something that the tests need and this machine hasn't got, or that didn't come up: it names the remedy.
struct Missing: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A condition that did not come true in time.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
