/// How a program is kept apart from the machine.
package enum IsolationMode: String, Sendable, Codable, CaseIterable {
    case bubblewrap, none
}
