using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Testing;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task References_reach_the_process_as_Aspire_names_them()
    {
        await using var graph = await SmallGraph.StartAsync(builder =>
        {
            var configured = builder.AddConnectionString("external", ReferenceExpression.Create($"Host=example;Password={builder.AddParameter("key", "s3cret", secret: true)}"));
            var service = builder.AddProject<Missing>("api").WithHttpEndpoint().WithExplicitStart();
            builder.AddScript("client", "env; echo end; " + Scripts.Idle)
                .WithReference(configured)
                .WithReference(service)
                .WithEnvironment("PLAIN", "text with {braces}")
                .WithEnvironment("ADDRESS", $"{service.GetEndpoint("http").Property(EndpointProperty.HostAndPort)}/path")
                .WithEnvironment("WHOLE", service.GetEndpoint("http"));
        });
        var output = await UntilAsync(graph, "client", "end");

        var api = graph.App.GetEndpoint("api", "http");
        Assert.Contains("ConnectionStrings__external=Host=example;Password=s3cret", output);
        Assert.Contains($"services__api__http__0={api.GetLeftPart(UriPartial.Authority)}", output);
        Assert.Contains("PLAIN=text with {braces}", output);
        Assert.Contains($"ADDRESS={api.Authority}/path", output);
        Assert.Contains($"WHOLE={api.GetLeftPart(UriPartial.Authority)}", output);
        Assert.Contains("OTEL_SERVICE_NAME=client", output);
    }

    [Fact]
    public async Task Missing_parameter_fails_the_resource_that_needs_it_and_says_where_to_set_it()
    {
        await using var graph = await SmallGraph.StartAsync(builder =>
            builder.AddScript("client", Scripts.Idle).WithEnvironment("KEY", builder.AddParameter("api-key", secret: true)));

        var failed = await graph.ReachesAsync("client", KnownResourceStates.FailedToStart);

        Assert.Contains("Parameters:api-key", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("'KEY'", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Optional_connection_string_without_value_is_left_out()
    {
        await using var graph = await SmallGraph.StartAsync(builder =>
            builder.AddScript("client", "env; echo end; " + Scripts.Idle).WithReference(builder.AddConnectionString("maybe").WithExplicitStart(), optional: true));

        var output = await UntilAsync(graph, "client", "end");

        Assert.DoesNotContain(output, line => line.StartsWith("ConnectionStrings__maybe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Second_endpoint_of_the_same_name_is_refused()
    {
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => SmallGraph.StartAsync(
            builder => builder.AddScript("service", Scripts.Idle).WithHttpEndpoint().WithHttpEndpoint()));

        Assert.Contains("'http'", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> UntilAsync(SmallGraph graph, string resource, string line)
    {
        await graph.ReachesAsync(resource, KnownResourceStates.Running);
        var seen = new List<string>();
        var logs = (ResourceLoggerService)graph.App.Services.GetService(typeof(ResourceLoggerService))!;
        await foreach (var lines in logs.WatchAsync(resource).WithCancellation(TestContext.Current.CancellationToken))
        {
            seen.AddRange(lines.Select(l => l.Content));
            if (seen.Contains(line))
                break;
        }

        return seen;
    }

    private sealed class Missing : IProjectMetadata
    {
        public string ProjectPath => "/nowhere/Missing.csproj";
    }
}
