extension LedgerSchema {
    static let deferredDeliveries = ""
}
