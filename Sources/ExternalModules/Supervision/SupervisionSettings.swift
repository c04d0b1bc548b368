/// How patient the gateway is with modules that end.
package struct SupervisionSettings: Sendable {
    /// Before the first restart; each further one waits twice as long.
    package var firstPause = Duration.seconds(1)
    package var longestPause = Duration.seconds(300)
    /// A module that ran this long starts anew with the first pause.
    package var steadyAfter = Duration.seconds(60)
    /// How long a job waits for a module to be started again.
    package var restartPatience = Duration.seconds(15)
    /// How long a job waits for a module to have room, before it is put off.
    package var roomPatience = Duration.seconds(10)

    package init() {}

    /// The pause before the next start, after so many ends in a row.
    package func pause(afterFailures count: Int) -> Duration {
        guard count > 0 else { return .zero }
        var pause = firstPause
        for _ in 1..<max(count, 1) where pause < longestPause { pause = pause * 2 }
        return min(pause, longestPause)
    }
}
