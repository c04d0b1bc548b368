/// One value of an action's configuration: text, or a secret that only the host's vault can open.
///
/// A sealed value has no way to become text by accident: it prints as `****` and encodes as its sealed form.
public enum ConfigurationValue: Hashable, Codable, Sendable, CustomStringConvertible {
    case plain(String)
    case sealed(SealedSecret)

    /// What answers show in place of a secret.
    public static let mask = "****"

    /// The text to show to people: the value, or the mask.
    public var description: String {
        switch self {
        case .plain(let text): text
        case .sealed: Self.mask
        }
    }

    private enum CodingKeys: String, CodingKey { case sealed }

    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self = .plain(text)
        } else {
            self = .sealed(try decoder.container(keyedBy: CodingKeys.self).decode(SealedSecret.self, forKey: .sealed))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .plain(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        case .sealed(let secret):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(secret, forKey: .sealed)
        }
    }
}

/// A secret under AES-GCM: base64 of nonce, ciphertext and tag, and the id of the key that sealed it.
public struct SealedSecret: Hashable, Codable, Sendable {
    public var keyID: String
    public var box: String

    public init(keyID: String, box: String) {
        self.keyID = keyID
        self.box = box
    }
}
