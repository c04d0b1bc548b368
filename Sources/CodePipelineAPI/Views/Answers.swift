import Foundation

extension Date {
    /// The model counts seconds since 1970; answers carry milliseconds at most, as AWS's do.
    init(seconds: Double) { self.init(timeIntervalSince1970: (seconds * 1000).rounded() / 1000) }
}

extension String {
    /// A text that the model limits from 1 to `limit` characters: cut there, and absent when empty.
    func limited(to limit: Int) -> String? { isEmpty ? nil : String(decoding: utf16.prefix(limit), as: UTF16.self) }
}
