namespace AsyncStack.AppHost;

/// <summary>The key that secrets in the database are encrypted with.</summary>
internal static class EncryptionExtensions
{
    /// <summary>Letters and digits of a key: read as base64 they are 32 bytes.</summary>
    private const int KeyLength = 43;

    /// <summary>Hands services a key that is generated once and kept.</summary>
    public static void AddEncryptionKey(this IDistributedApplicationBuilder builder, params IResourceBuilder<ProjectResource>[] services)
    {
        var key = builder.AddParameter("encryption-key", new GenerateParameterDefault { MinLength = KeyLength, Special = false }, secret: true, persist: true);
        foreach (var service in services)
        {
            service.WithEnvironment("Encryption__Keys__1", key);
        }
    }
}
