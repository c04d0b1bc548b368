/// The vocabulary of source events as a JSON Schema (draft 2020-12), for whoever writes a module.
package enum EventSchema {
    /// `source-event.schema.json` as it lies beside this file.
    package static var text: String { String(decoding: PackageResources.source_event_schema_json, as: UTF8.self) }
}
