using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Tests.Clients;

public sealed class ConnectionStringTests
{
    public static TheoryData<string, Action<WebApplicationBuilder>> Clients => new()
    {
        { "data source", builder => builder.AddNpgsqlDataSource("db") },
        { "context", builder => builder.AddNpgsqlDbContext<DbContext>("db") },
        { "redis", builder => builder.AddRedisClient("db") },
        { "rabbitmq", builder => builder.AddRabbitMQClient("db") },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Clients))]
    public async Task A_missing_connection_string_stops_the_start_and_names_key_and_remedy(string client, Action<WebApplicationBuilder> add)
    {
        await using var app = TestService.Build(add);

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.True(failure.Message.Contains("ConnectionStrings:db is missing", StringComparison.Ordinal), client);
        Assert.Contains("ConnectionStrings__db", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_address_that_is_no_URI_stops_the_start()
    {
        await using var app = TestService.Build(
            builder => builder.AddRabbitMQClient("mq"),
            settings: new() { ["ConnectionStrings:mq"] = "localhost" });

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("amqp://user:password@host:port", failure.Message, StringComparison.Ordinal);
    }
}
