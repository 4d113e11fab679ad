using AsyncStack.Api.Tests;
using AsyncStack.Testing;

[assembly: AssemblyFixture(typeof(ApiServers))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AsyncStack.Api.Tests;

/// <summary>The servers of this assembly's tests.</summary>
public sealed class ApiServers() : ServersFixture(Servers.Postgres | Servers.RabbitMQ | Servers.Redis, queueMetrics: true);
