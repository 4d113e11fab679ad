using AsyncStack.Testing;

namespace AsyncStack.ServiceDefaults.Tests.Clients;

/// <summary>The servers that the client integrations are tested against.</summary>
public sealed class ClientServers() : ServersFixture(Servers.Postgres | Servers.RabbitMQ | Servers.Redis);

[CollectionDefinition(Name)]
public sealed class ClientServersCollection : ICollectionFixture<ClientServers>
{
    public const string Name = "Client servers";
}
