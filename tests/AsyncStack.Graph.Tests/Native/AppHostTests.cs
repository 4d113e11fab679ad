using System.Net;
using System.Net.Http.Json;

namespace AsyncStack.Graph.Tests;

public sealed class AppHostTests(RunningGraphFixture graph)
{
    [Fact]
    public async Task A_second_graph_runs_beside_the_first_and_keeps_its_ports_passwords_and_jobs_over_kill_and_restart()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        await using var second = AppHostProcess.Start();
        var endpoints = await second.HealthyAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, second.RunFileMode);
        var job = await SubmitAsync(endpoints, receiver);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(graph.App.GetEndpoint("gateway", "http"), job));

        await second.KillAsync();
        await Waiting.ForAsync(() => Task.FromResult(second.Processes().Length == 0));

        second.StartAgain();
        Assert.Equal(endpoints, await second.HealthyAsync());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(endpoints["gateway/http"]), job));
        Assert.Equal(0, await second.StopAsync());
        Assert.Empty(second.Processes());
        Assert.False(File.Exists(Path.Combine(second.Home, "run.json")));
    }

    private static async Task<string> SubmitAsync(IReadOnlyDictionary<string, string> endpoints, CallbackReceiver receiver)
    {
        using var http = new HttpClient { BaseAddress = new Uri(endpoints["gateway/http"]) };
        var job = await new GraphClient(http).SubmitAsync(receiver.Url);
        await receiver.AllAsync([job.CorrelationId]);
        return job.CorrelationId;
    }

    private static async Task<HttpStatusCode> StatusAsync(Uri gateway, string correlationId)
    {
        using var http = new HttpClient { BaseAddress = gateway };
        using var response = await http.GetAsync($"/api/process/{correlationId}");
        return response.StatusCode;
    }
}
