import PipelineEngine
import PipelineModel

/// What was told of one subject — a branch, a pull request — in the last minutes, by whom, and what it started.
///
/// Hosts tell of one change through each hook that they have, a look at the refs may find it too, and each of these
/// comes as late as it likes. But each teller tells of each change once, and of the same change again only when it has
/// happened again: A→B, B→A, A→B. So the nth time that a teller tells of a move is that move's nth occurrence, and
/// an occurrence starts a pipeline once, whoever tells of it first. A teller that tells of the move that it told of
/// last has sent it again under another delivery id: that is no new occurrence.
///
/// Whoever has missed an occurrence counts one short, and its next is taken for the one that it missed, when that had
/// been told by others and the subject has moved since: see ``ChangeTelling/isDoubtful``.
struct ChangeStory: Equatable {
    struct Move: Equatable {
        let name: String
        /// When it occurred last, as far as we know.
        var at: Double
        var tellers: [String: Teller] = [:]
        var starts: [String: Start] = [:]

        var lastPlace: Int { tellers.values.map(\.place).max() ?? 0 }
        var occurrences: Int { tellers.values.map(\.times).max() ?? 0 }

        /// About what its text will have.
        var length: Int {
            starts.reduce(tellers.reduce(name.utf8.count + 20) { $0 + $1.key.utf8.count + 10 }) {
                $0 + $1.key.utf8.count + $1.value.execution.rawValue.utf8.count + 10
            }
        }
    }

    struct Teller: Equatable {
        var times: Int
        /// Where it told of it last, counted over all that was told of the subject.
        var place: Int
    }

    struct Start: Equatable {
        /// The occurrence that started it last.
        var occurrence: Int
        var execution: ExecutionID
    }

    /// Bytes of what is kept, unless the last two moves are longer: about ten moves that start one pipeline each. What is
    /// forgotten starts once more if somebody is late by more than that.
    private static let lengthLimit = 2000

    private(set) var moves: [Move] = []

    var hasStarts: Bool { moves.contains { !$0.starts.isEmpty } }
    var lastPlace: Int { moves.map(\.lastPlace).max() ?? 0 }

    init() {}

    /// Leaves out what occurred before that time, and what is too much.
    mutating func forget(before time: Double) {
        moves.removeAll { $0.at < time }
        var length = 0
        let kept = moves.reversed().enumerated().prefix { place, move in
            length += move.length
            return length <= Self.lengthLimit || place < 2
        }
        if kept.count < moves.count { moves.removeFirst(moves.count - kept.count) }
    }

    /// Somebody tells of a move.
    ///
    /// - Returns: which occurrence that is.
    mutating func tell(_ name: String, by teller: String, at now: Double) -> Int {
        let last = moves.max { $0.tellers[teller]?.place ?? 0 < $1.tellers[teller]?.place ?? 0 }
        var move = moves.first { $0.name == name } ?? Move(name: name, at: now)
        if let word = move.tellers[teller], last?.name == name { return word.times }
        let times = (move.tellers[teller]?.times ?? 0) + 1
        if times > move.occurrences { move.at = now }
        move.tellers[teller] = Teller(times: times, place: lastPlace + 1)
        moves.removeAll { $0.name == name }
        moves.append(move)
        return times
    }

    func start(of starter: String, by name: String) -> Start? {
        moves.first { $0.name == name }?.starts[starter]
    }

    mutating func note(_ start: Start, of starter: String, by name: String) {
        guard let place = moves.firstIndex(where: { $0.name == name }) else { return }
        moves[place].starts[starter] = start
    }
}

/// One event as a part of its subject's story.
struct ChangeTelling {
    let change: ToldChange
    private(set) var story: ChangeStory
    private let occurrence: Int
    private let hasMovedSince: Bool
    /// It was taken for a late word of what had been told and overtaken. If its teller has missed that one, it is news
    /// all the same; a look at the refs can tell.
    private(set) var isDoubtful = false

    init(of change: ToldChange, by teller: String, at now: Double, in story: ChangeStory) {
        self.change = change
        self.story = story
        hasMovedSince = story.moves.first { $0.name == change.move }.map { $0.lastPlace < story.lastPlace } ?? false
        occurrence = self.story.tell(change.move, by: teller, at: now)
    }

    /// The execution that has this change; `nil` when it is new to one of them.
    mutating func formerStart(of starters: [String]) -> ExecutionID? {
        var former: ExecutionID?
        for starter in starters {
            guard let start = story.start(of: starter, by: change.move), start.occurrence >= occurrence else {
                return nil
            }
            former = start.execution
        }
        if former != nil, hasMovedSince { isDoubtful = true }
        return former
    }

    mutating func note(_ starters: [String], startedBy execution: ExecutionID) {
        let start = ChangeStory.Start(occurrence: occurrence, execution: execution)
        for starter in starters { story.note(start, of: starter, by: change.move) }
    }
}

// MARK: As the ledger keeps it

/// Fields in a row, each with its length before it: names may hold anything.
extension ChangeStory {
    var text: String {
        moves.map(Self.text).joined()
    }

    private static func text(_ move: Move) -> String {
        var text = ""
        func add(_ field: String) { text += "\(field.utf8.count):\(field)" }
        add(move.name)
        add("\(Int(move.at))")
        add("\(move.tellers.count)")
        for (name, teller) in move.tellers.sorted(by: { $0.key < $1.key }) {
            for field in [name, "\(teller.times)", "\(teller.place)"] { add(field) }
        }
        add("\(move.starts.count)")
        for (name, start) in move.starts.sorted(by: { $0.key < $1.key }) {
            for field in [name, "\(start.occurrence)", start.execution.rawValue] { add(field) }
        }
        return text
    }

    init(_ text: String) {
        var fields = LengthPrefixedFields(text)
        while let move = fields.move() { moves.append(move) }
    }
}

/// What can't be read ends it: less is remembered then.
private struct LengthPrefixedFields {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    mutating func move() -> ChangeStory.Move? {
        guard let name = next(), let at = number(), let tellers = number() else { return nil }
        var move = ChangeStory.Move(name: name, at: Double(at))
        for _ in 0..<max(0, tellers) {
            guard let name = next(), let times = number(), let place = number() else { return nil }
            move.tellers[name] = ChangeStory.Teller(times: times, place: place)
        }
        guard let starts = number() else { return nil }
        for _ in 0..<max(0, starts) {
            guard let name = next(), let occurrence = number(), let execution = next() else { return nil }
            move.starts[name] = ChangeStory.Start(occurrence: occurrence, execution: ExecutionID(execution))
        }
        return move
    }

    private mutating func number() -> Int? { next().flatMap { Int($0) } }

    private mutating func next() -> String? {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), let length = Int(Substring(rest[..<colon])),
            length >= 0,
            let end = rest.index(rest.index(after: colon), offsetBy: length, limitedBy: rest.endIndex)
        else { return nil }
        let field = rest[rest.index(after: colon)..<end]
        rest = rest[end...]
        return String(Substring(field))
    }
}
