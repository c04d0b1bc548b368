import CodePipelineAPI

extension ServiceModel {
    /// Everything in which one of our input shapes and the model's shape of that name differ.
    func differences(_ ours: Shape, _ name: String, at path: String) -> [String] {
        guard let theirs = shapes[name], let type = theirs["type"]?.text else { return ["\(path): no shape \(name)"] }
        switch (ours, type) {
        case (.string(let rule), "string"): return differences(rule, theirs, at: path)
        case (.integer(let min, let max), "integer"):
            return unequal(theirs["min"], min, "min", at: path) + unequal(theirs["max"], max, "max", at: path)
        case (.boolean, "boolean"), (.timestamp, "timestamp"): return []
        case (.list(let element, let min, let max), "list"):
            return lengths(min, max, theirs, at: path)
                + differences(element, theirs.at("member.shape")?.text ?? "", at: "\(path)[]")
        case (.map(let key, let value, let min, let max), "map"):
            return lengths(min, max, theirs, at: path)
                + differences(key, theirs.at("key.shape")?.text ?? "", at: "\(path).key")
                + differences(value, theirs.at("value.shape")?.text ?? "", at: "\(path).value")
        case (.structure(let members), "structure"): return differences(members, theirs, at: path)
        default: return ["\(path): the model says \(type)"]
        }
    }

    private func differences(_ members: [Shape.Member], _ theirs: Document, at path: String) -> [String] {
        let known = theirs["members"]?.members ?? [:]
        let required = Set((theirs["required"]?.items ?? []).compactMap(\.text))
        var found: [String] = []
        if Set(members.map(\.name)) != Set(known.keys) {
            found.append("\(path): members \(members.map(\.name).sorted()), the model has \(known.keys.sorted())")
        }
        if Set(members.filter(\.isRequired).map(\.name)) != required {
            found.append("\(path): the model requires \(required.sorted())")
        }
        return found
            + members.flatMap { member in
                differences(member.shape, known[member.name]?["shape"]?.text ?? "", at: "\(path).\(member.name)")
            }
    }

    private func differences(_ rule: Shape.StringRule, _ theirs: Document, at path: String) -> [String] {
        var found = lengths(rule.min, rule.max, theirs, at: path)
        if rule.pattern?.text != theirs["pattern"]?.text { found.append("\(path): the pattern differs") }
        let values = theirs["enum"].map { $0.items.compactMap(\.text) }
        if rule.values != values { found.append("\(path): the model's values are \(values ?? [])") }
        return found
    }

    private func lengths(_ min: Int?, _ max: Int?, _ theirs: Document, at path: String) -> [String] {
        unequal(theirs["min"], min.map(Int64.init), "min", at: path)
            + unequal(theirs["max"], max.map(Int64.init), "max", at: path)
    }

    private func unequal(_ theirs: Document?, _ ours: Int64?, _ what: String, at path: String) -> [String] {
        theirs == ours.map(Document.integer) ? [] : ["\(path): \(what) is \(String(describing: theirs)) in the model"]
    }
}
