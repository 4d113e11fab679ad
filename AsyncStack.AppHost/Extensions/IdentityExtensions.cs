namespace AsyncStack.AppHost;

/// <summary>Who may call the Api.</summary>
internal static class IdentityExtensions
{
    /// <summary>The variable that holds the first key.</summary>
    public const string FirstKey = "Auth__BootstrapKey";

    private const string Mode = "Auth__Mode";

    /// <summary>
    /// On this machine everybody may call. Published, whoever calls has to show a credential, which no value of the chart can change, and
    /// there is a first key to get in with: <c>ask_firstkey_</c> and the secret <c>bootstrap-key</c>.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithIdentity(this IResourceBuilder<ProjectResource> api)
    {
        var builder = api.ApplicationBuilder;
        api.WithEnvironment("Auth__KeyHashSecret", Secret(builder, "key-hash-secret"));
        return builder.ExecutionContext.IsRunMode
            ? api.WithEnvironment(Mode, "Anonymous")
            : api.WithEnvironment(Mode, "Required").WithEnvironment(FirstKey, $"ask_firstkey_{Secret(builder, "bootstrap-key")}").PublishWithFixedVariables(Mode);
    }

    // As long as the part of a key that only its holder knows.
    private static IResourceBuilder<ParameterResource> Secret(IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 43, Special = false }, secret: true, persist: true);
}
