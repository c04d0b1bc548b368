import CodePipelineAPI

extension ServiceModel {
    /// Everything in an answer that the model's shape of that name doesn't allow.
    func faults(in answer: Document, _ name: String, at path: String) -> [String] {
        guard let shape = shapes[name], let type = shape["type"]?.text else { return ["\(path): no shape \(name)"] }
        switch (type, answer) {
        case ("structure", .structure(let values)): return faults(in: values, of: shape, at: path)
        case ("list", .list(let items)):
            let element = shape.at("member.shape")?.text ?? ""
            return items.enumerated().flatMap { faults(in: $1, element, at: "\(path)[\($0)]") }
        case ("map", .structure(let entries)):
            return entries.flatMap { key, value in
                faults(in: .string(key), shape.at("key.shape")?.text ?? "", at: "\(path) key \(key)")
                    + faults(in: value, shape.at("value.shape")?.text ?? "", at: "\(path).\(key)")
            }
        case ("string", .string(let text)): return faults(in: text, of: shape, at: path)
        case ("integer", .integer(let number)):
            guard case .integer(let least)? = shape["min"], number < least else { return [] }
            return ["\(path): \(number) is less than \(least)"]
        case ("boolean", .bool), ("timestamp", .integer), ("timestamp", .number): return []
        default: return ["\(path): \(answer) is no \(type)"]
        }
    }

    private func faults(in values: [String: Document], of shape: Document, at path: String) -> [String] {
        let known = shape["members"]?.members ?? [:]
        let required = (shape["required"]?.items ?? []).compactMap(\.text)
        return required.filter { values[$0] == nil }.map { "\(path): \($0) is missing" }
            + values.flatMap { name, value in
                guard let member = known[name]?["shape"]?.text else { return ["\(path): unknown member \(name)"] }
                return faults(in: value, member, at: "\(path).\(name)")
            }
    }

    private func faults(in text: String, of shape: Document, at path: String) -> [String] {
        if let values = shape["enum"]?.items, !values.contains(.string(text)) { return ["\(path): '\(text)'"] }
        if case .integer(let least)? = shape["min"], text.utf16.count < least { return ["\(path): too short"] }
        if case .integer(let most)? = shape["max"], text.utf16.count > most { return ["\(path): too long"] }
        guard let pattern = shape["pattern"]?.text, let regex = try? Regex(pattern) else { return [] }
        return text.wholeMatch(of: regex) == nil ? ["\(path): '\(text)' doesn't match \(pattern)"] : []
    }
}
