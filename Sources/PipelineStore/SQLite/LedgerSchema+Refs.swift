extension LedgerSchema {
    static let knownRefs = ""
}
