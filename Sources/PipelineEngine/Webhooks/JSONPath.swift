/// An expression that selects values of a JSON document: the part of Jayway's JsonPath that filters of webhooks use.
///
/// `$.a.b`, `$['a']['b','c']`, `$.a[0]`, `$.a[-1]`, `$.a[0,2]`, `$.a[1:3]`, `$.a[*]`, `$.a.*`, `$..a`, `$.a.length()`, and
/// filters of comparisons, `$.a[?(@.b == 'c' && @.d)]`. Functions other than `length()`, regular expressions and paths
/// to `$` inside of filters are refused.
package struct JSONPath: Sendable, Equatable {
    package struct Segment: Sendable, Equatable {
        /// `..`: asked of the value and of all below it.
        package var isDeep: Bool
        package var step: Step
    }

    package enum Step: Sendable, Equatable {
        case names([String])
        /// Negative ones count from the end.
        case indices([Int])
        case slice(from: Int?, to: Int?)
        case all
        case filter(Condition)
        /// Of an array or an object; the last step only.
        case length
    }

    package indirect enum Condition: Sendable, Equatable {
        /// `@.a`: selects something.
        case has([Segment])
        case compare([Segment], Comparison, Literal)
        case not(Condition)
        case all([Condition])
        case any([Condition])
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case equal = "=="
        case unequal = "!="
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"
    }

    package enum Literal: Sendable, Equatable {
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
    }

    package let segments: [Segment]

    /// Whether it selects one value at most. Others give a list.
    package var isDefinite: Bool { segments.allSatisfy(\.isDefinite) }
}

extension JSONPath.Segment {
    var isDefinite: Bool {
        guard !isDeep else { return false }
        return switch step {
        case .names(let names): names.count == 1
        case .indices(let indices): indices.count == 1
        case .length: true
        case .slice, .all, .filter: false
        }
    }
}

/// What is wrong with an expression, and where.
package struct JSONPathFault: Error, Sendable, Equatable, CustomStringConvertible {
    package let offset: Int
    package let reason: String

    package var description: String { "\(reason) at character \(offset + 1)" }
}
