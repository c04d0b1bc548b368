extension LedgerSchema {
    static let jobs = ""
}
