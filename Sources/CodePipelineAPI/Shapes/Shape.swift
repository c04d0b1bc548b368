/// What the service's model allows at one place of an input: type, required members, lengths, patterns, values.
///
/// The first of the three layers of validation (spec: pipeline-structure §1). A test compares every operation's shape
/// with the model that the AWS SDK for Python ships.
package indirect enum Shape: Sendable, Equatable {
    case string(StringRule)
    case integer(min: Int64?, max: Int64?)
    case boolean
    /// Seconds since 1970, with or without a fraction.
    case timestamp
    case list(Shape, min: Int?, max: Int?)
    case map(key: Shape, value: Shape, min: Int?, max: Int?)
    case structure([Member])

    package struct StringRule: Sendable, Equatable {
        package var min: Int?
        package var max: Int?
        package var pattern: Pattern?
        /// The only values allowed, in the model's order.
        package var values: [String]?
    }

    package struct Member: Sendable, Equatable {
        package let name: String
        package let shape: Shape
        package let isRequired: Bool
    }

    static func text(min: Int? = nil, max: Int? = nil, _ pattern: Pattern? = nil) -> Shape {
        .string(StringRule(min: min, max: max, pattern: pattern))
    }

    static func oneOf(_ values: String...) -> Shape { .string(StringRule(values: values)) }

    static func list(of element: Shape, min: Int? = nil, max: Int? = nil) -> Shape {
        .list(element, min: min, max: max)
    }

    static func structure(
        required: KeyValuePairs<String, Shape> = [:], optional: KeyValuePairs<String, Shape> = [:]
    ) -> Shape {
        .structure(
            required.map { Member(name: $0.key, shape: $0.value, isRequired: true) }
                + optional.map { Member(name: $0.key, shape: $0.value, isRequired: false) })
    }
}
