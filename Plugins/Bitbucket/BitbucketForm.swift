/// What the two forms are called by the `provider` of their connections and hooks.
package enum BitbucketForm {
    /// Bitbucket Cloud, by AWS's name.
    package static let cloud = "Bitbucket"
    /// Data Center and Server.
    package static let server = "BitbucketServer"
}
