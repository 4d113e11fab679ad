using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Testing;

namespace AsyncStack.Hosting.Tests.Running;

/// <summary>A thrown-away graph of small shell scripts.</summary>
internal sealed class SmallGraph : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private SmallGraph(DistributedApplication app)
    {
        App = app;
        _patience.CancelAfter(Waiting.AtMost);
    }

    public DistributedApplication App { get; }

    public static Task<SmallGraph> StartAsync(Action<IDistributedApplicationBuilder> build) => StartAsync(build, withDashboard: false);

    public static async Task<SmallGraph> StartAsync(Action<IDistributedApplicationBuilder> build, bool withDashboard, params string[] args)
    {
        var builder = DistributedApplicationTestingBuilder.Create(args, (options, _) => options.DisableDashboard = !withDashboard);
        build(builder);
        var graph = new SmallGraph(await builder.BuildAsync());
        try
        {
            await graph.App.StartAsync(graph._patience.Token);
            return graph;
        }
        catch
        {
            await graph.DisposeAsync();
            throw;
        }
    }

    public async Task<CustomResourceSnapshot> ReachesAsync(string resource, Func<CustomResourceSnapshot, bool> condition)
        => (await App.ResourceNotifications.WaitForResourceAsync(resource, e => condition(e.Snapshot), _patience.Token)).Snapshot;

    public Task<CustomResourceSnapshot> ReachesAsync(string resource, string state) => ReachesAsync(resource, s => s.State?.Text == state);

    public CustomResourceSnapshot Now(string resource)
        => App.ResourceNotifications.TryGetCurrentState(resource, out var state) ? state.Snapshot : throw new InvalidOperationException($"no '{resource}'");

    public IEnumerable<string> Output(string resource) => App.GetLogs(resource).Select(line => line.Content);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _patience.Dispose();
    }
}

internal static class Scripts
{
    public const string Idle = "exec sleep 600";

    public static IResourceBuilder<ExecutableResource> AddScript(this IDistributedApplicationBuilder builder, string name, string script)
        => builder.AddExecutable(name, "sh", "/", "-c", script);
}
