/// Which of a delivery's decisions somebody wants to read first.
extension DeliveryDecision {
    package enum Weight: Int, Sendable, Comparable {
        case started
        /// The host is being asked, or the delivery is looked into.
        case open
        /// Its filters let the event through, and something else held it back: a limit, or the same change told before.
        case held
        /// The pipeline's source is on the hook's connection and wants something else.
        case filtered
        /// Its source belongs to another connection, or there is none: the delivery couldn't speak for it.
        case elsewhere

        package static func < (one: Weight, other: Weight) -> Bool { one.rawValue < other.rawValue }
    }

    /// How reasons begin that say "another connection" and "filtered". They are read again, for the journal keeps
    /// nothing but the words; a test holds them to what the matchmaker says.
    private static let elsewhereWords = [
        "the source uses the connection ", "the source is a GitHub version 1 action", "no pipeline has a source in ",
    ]
    private static let filterWords = [
        "push filter ", "pull request filter ", "the push is to ", "the source follows ",
        "the trigger has filters for ",
        "branch '", "tag '",
    ]

    package var weight: Weight {
        if started != nil { return .started }
        if question != nil { return .open }
        if Self.elsewhereWords.contains(where: reason.hasPrefix) { return .elsewhere }
        return Self.filterWords.contains(where: reason.hasPrefix) ? .filtered : .held
    }
}

extension Sequence where Element == DeliveryDecision {
    /// The weightiest first, else in their order.
    package func byWeight() -> [DeliveryDecision] {
        enumerated().map { (place: ($0.element.weight, $0.offset), decision: $0.element) }
            .sorted { $0.place < $1.place }.map(\.decision)
    }
}
