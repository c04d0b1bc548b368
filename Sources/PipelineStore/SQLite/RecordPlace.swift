/// Where a value writes itself: what the standard library asks of an encoder, over ``RecordText``.
struct RecordPlace: Encoder {
    let text: RecordText
    /// What is open around it.
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// A value may ask for its object several times.
    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if text.depth == depth { text.open("{", "}") }
        return KeyedEncodingContainer(RecordObject(text: text, depth: depth + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if text.depth == depth { text.open("[", "]") }
        return RecordArray(text: text, depth: depth + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { RecordScalar(text: text) }
}

struct RecordObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let text: RecordText
    let depth: Int

    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) {
        text.next(key, at: depth)
        text.writeNull()
    }

    func encode(_ value: Bool, forKey key: Key) {
        text.next(key, at: depth)
        text.write(bool: value)
    }

    func encode(_ value: String, forKey key: Key) {
        text.next(key, at: depth)
        text.write(string: value)
    }

    func encode(_ value: Int, forKey key: Key) {
        text.next(key, at: depth)
        text.write(integer: value)
    }

    func encode(_ value: Double, forKey key: Key) throws {
        text.next(key, at: depth)
        try text.write(float: value)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        text.next(key, at: depth)
        try text.write(value)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        text.next(key, at: depth)
        text.open("{", "}")
        return KeyedEncodingContainer(RecordObject<Nested>(text: text, depth: depth + 1))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        text.next(key, at: depth)
        text.open("[", "]")
        return RecordArray(text: text, depth: depth + 1)
    }

    func superEncoder() -> any Encoder { place(of: SuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { place(of: key) }

    private func place(of key: some CodingKey) -> any Encoder {
        text.next(key, at: depth)
        return RecordPlace(text: text, depth: depth)
    }
}

private struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }

    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
}

struct RecordArray: UnkeyedEncodingContainer {
    let text: RecordText
    let depth: Int
    private(set) var count = 0

    var codingPath: [any CodingKey] { [] }

    init(text: RecordText, depth: Int) {
        self.text = text
        self.depth = depth
    }

    private mutating func next() {
        count += 1
        text.next(at: depth)
    }

    mutating func encodeNil() {
        next()
        text.writeNull()
    }

    mutating func encode(_ value: some Encodable) throws {
        next()
        try text.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next()
        text.open("{", "}")
        return KeyedEncodingContainer(RecordObject<Nested>(text: text, depth: depth + 1))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        next()
        text.open("[", "]")
        return RecordArray(text: text, depth: depth + 1)
    }

    mutating func superEncoder() -> any Encoder {
        next()
        return RecordPlace(text: text, depth: depth)
    }
}

struct RecordScalar: SingleValueEncodingContainer {
    let text: RecordText

    var codingPath: [any CodingKey] { [] }

    func encodeNil() { text.writeNull() }
    func encode(_ value: Bool) { text.write(bool: value) }
    func encode(_ value: String) { text.write(string: value) }
    func encode(_ value: Double) throws { try text.write(float: value) }
    func encode(_ value: Float) throws { try text.write(float: value) }
    func encode(_ value: Int) { text.write(integer: value) }
    func encode(_ value: Int8) { text.write(integer: value) }
    func encode(_ value: Int16) { text.write(integer: value) }
    func encode(_ value: Int32) { text.write(integer: value) }
    func encode(_ value: Int64) { text.write(integer: value) }
    func encode(_ value: UInt) { text.write(integer: value) }
    func encode(_ value: UInt8) { text.write(integer: value) }
    func encode(_ value: UInt16) { text.write(integer: value) }
    func encode(_ value: UInt32) { text.write(integer: value) }
    func encode(_ value: UInt64) { text.write(integer: value) }
    func encode(_ value: some Encodable) throws { try text.write(value) }
}
