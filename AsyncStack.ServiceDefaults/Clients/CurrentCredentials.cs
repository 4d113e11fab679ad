using RabbitMQ.Client;

namespace AsyncStack.ServiceDefaults.Clients;

/// <summary>User and password as the settings have them when a connection is made or recovers, so that new ones need no restart.</summary>
internal sealed class CurrentCredentials(ConnectionFactory factory, Func<Uri> address) : ICredentialsProvider
{
    public string Name => "settings";

    public Task<Credentials> GetCredentialsAsync(CancellationToken cancellationToken = default)
    {
        // An address without credentials leaves them to the factory's own settings.
        var parts = address().UserInfo.Split(':', 2);
        return Task.FromResult(parts is [var user, var password]
            ? new Credentials(Name, Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), validUntil: null)
            : new Credentials(Name, factory.UserName, factory.Password, validUntil: null));
    }
}
