using System.Net;
using System.Text.Json;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard.Resources;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task Secrets_are_told_only_when_asked_for()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder =>
        {
            var key = builder.AddParameter("key", "s3cret", secret: true);
            builder.AddScript("service", Scripts.Idle)
                .WithEnvironment("PLAIN", "text")
                .WithEnvironment("MIXED", $"before-{key}-after")
                .WithEnvironment("LITERAL", "it is s3cret, too");
        });
        await dashboard.Graph.ReachesAsync("service", KnownResourceStates.Running);

        var environment = await dashboard.GetAsync("/api/resources/service/environment");
        var variables = environment.GetProperty("variables").EnumerateArray().ToDictionary(v => v.GetProperty("name").GetString()!, v => v);
        Assert.Equal(("text", false), Read(variables["PLAIN"]));
        Assert.Equal((null, true), Read(variables["MIXED"]));
        Assert.Equal((null, true), Read(variables["LITERAL"]));
        Assert.Equal((null, true), Read(variables["OTEL_EXPORTER_OTLP_HEADERS"]));
        Assert.DoesNotContain("s3cret", environment.GetRawText(), StringComparison.Ordinal);

        var revealed = await dashboard.PostAsync("/api/resources/service/environment/MIXED/reveal");
        Assert.Equal("before-s3cret-after", revealed.GetProperty("value").GetString());
        await dashboard.PostAsync("/api/resources/service/environment/NONE/reveal", HttpStatusCode.NotFound);
        await dashboard.PostAsync("/api/resources/nobody/environment/PLAIN/reveal", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_server_s_own_password_is_a_secret()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder =>
        {
            var cache = builder.AddRedis("cache");
            builder.AddScript("service", Scripts.Idle).WithReference(cache).WithEnvironment("ADDRESS", cache.GetEndpoint("tcp"));
        });
        await dashboard.Graph.ReachesAsync("service", KnownResourceStates.Running);

        var variables = (await dashboard.GetAsync("/api/resources/service/environment")).GetProperty("variables").EnumerateArray()
            .ToDictionary(v => v.GetProperty("name").GetString()!, v => v.GetProperty("secret").GetBoolean());

        Assert.True(variables["ConnectionStrings__cache"]);
        Assert.False(variables["ADDRESS"]);
    }

    [Theory]
    [InlineData("POSTGRES_PASSWORD", "x", true)]
    [InlineData("GITHUB_TOKEN", "x", true)]
    [InlineData("Webhook__Secret", "x", true)]
    [InlineData("OPENAI_API_KEY", "x", true)]
    [InlineData("RABBITMQ_DEFAULT_PASS", "x", true)]
    [InlineData("POSTGRES_PASSWORD", "", false)]
    [InlineData("ConnectionStrings__db", "Host=h;Password=hunter2", true)]
    [InlineData("ConnectionStrings__db", "Host=h;Database=d", false)]
    [InlineData("ConnectionStrings__storage", "Driver=file;SigningKey=abc", true)]
    [InlineData("BROKER", "amqp://guest:hunter2@localhost:5672", true)]
    [InlineData("ADDRESS", "http://localhost:5672/a:b@c", false)]
    [InlineData("ENCODED", "xx-known-secret-xx", true)]
    [InlineData("SHORT", "abc", false)]
    [InlineData("SHORT", "ab", true)]
    [InlineData("PASSAGE", "narrow", false)]
    public void Names_and_values_tell_a_secret(string name, string value, bool isSecret)
        => Assert.Equal(isSecret, new Secrets(["known-secret", "ab", ""]).Hides(name, value));

    private static (string? Value, bool Secret) Read(JsonElement variable) => (variable.GetProperty("value").GetString(), variable.GetProperty("secret").GetBoolean());
}
