using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.Testing;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class ReplicaTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replicas_share_one_address_and_a_killed_one_is_not_missed()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddProject<Replica.Project>("api")
            .WithArgs(Replica.Verb).WithHttpEndpoint().WithHttpHealthCheck("/").WithReplicas(2));
        var up = await graph.ReachesAsync("api", s => s.IsHealthy());
        var processes = up.Replicas.Select(r => r.ProcessId!.Value.ToString()).ToHashSet();

        Assert.Equal(processes, await AskAsync(graph, times: 4));
        await graph.App.KillResourceAsync("api", replica: 0, Cancellation);

        // By now the killed one may be up again, as another process.
        var answers = await AskAsync(graph, times: 4);
        Assert.DoesNotContain(up.Replicas[0].ProcessId!.Value.ToString(), answers);
        Assert.Contains(up.Replicas[1].ProcessId!.Value.ToString(), answers);
        await graph.ReachesAsync("api", s => s.IsHealthy() && s.Replicas[0].Restarts == 1);
        Assert.Equal(2, (await AskAsync(graph, times: 4)).Count);
    }

    private static async Task<HashSet<string>> AskAsync(SmallGraph graph, int times)
    {
        var answers = new HashSet<string>();
        for (var i = 0; i < times; i++)
        {
            // A new client makes a new connection, and connections are what is balanced.
            using var client = graph.App.CreateHttpClient("api");
            answers.Add(await client.GetStringAsync("/", Cancellation));
        }

        return answers;
    }
}
