import PipelineModel
import PluginKit

/// What both of Bitbucket's forms say of hooks.
enum HookText {
    static func missing(_ wish: HookWish) -> FailureDetails {
        FailureDetails(
            .configurationError,
            "there is no repository '\(wish.repository.prefix(200))', or the connection's credential may not see it")
    }
}
