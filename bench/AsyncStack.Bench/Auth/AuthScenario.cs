using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AsyncStack.Bench.Graph;
using AsyncStack.Bench.Jobs;
using AsyncStack.Bench.Load;
using AsyncStack.Bench.Reporting;
using Npgsql;

namespace AsyncStack.Bench.Auth;

/// <summary>
/// What it costs to know who calls: the accept rate of a graph that wants a key against one that wants none, in turns. While one is
/// measured, the other's services stand still.
/// </summary>
/// <param name="open">A graph that everybody may call.</param>
/// <param name="guarded">One that wants a key.</param>
/// <param name="firstKey">The key to get in with, which makes the one that is measured.</param>
/// <param name="figures">Takes what is measured.</param>
internal sealed class AuthScenario(RunningGraph open, RunningGraph guarded, string firstKey, AuthFigures figures)
{
    public async Task RunAsync(int rounds, TimeSpan duration, CancellationToken cancellationToken)
    {
        var key = await CreateKeyAsync(cancellationToken);
        await MeasureAsync(open, guarded, null, duration, [], cancellationToken);
        await MeasureAsync(guarded, open, key, duration, [], cancellationToken);
        await Turns.TakeAsync(
            rounds,
            () => MeasureAsync(open, guarded, null, duration, figures.Open, cancellationToken),
            () => MeasureAsync(guarded, open, key, duration, figures.Guarded, cancellationToken));
    }

    private async Task MeasureAsync(
        RunningGraph graph, RunningGraph other, string? key, TimeSpan duration, List<double> rates, CancellationToken cancellationToken)
    {
        using var frozen = other.Freeze();
        await using var database = NpgsqlDataSource.Create(graph.Servers.Postgres);
        var system = new SystemFigures();
        await new Scenario(new JobTable(database), system).AcceptAsync(new Submission(new Uri(graph.Api, "/task"), Payload.Json, key), duration, cancellationToken);
        rates.Add(system.Accept!.PerSecond);
        figures.Faults.AddRange(system.Faults);
    }

    private async Task<string> CreateKeyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = guarded.Api, DefaultRequestHeaders = { { "X-Api-Key", firstKey } } };
        using var body = new StringContent("""{"name": "bench", "scopes": ["jobs:submit"]}""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/v1/keys", body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("key").GetString()!;
    }
}
