using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Terminal;

/// <summary>One run of the graph in front of a person or a log: starts it, shows it, ends it.</summary>
internal sealed class GraphSession(
    DistributedApplicationModel model,
    DistributedApplicationOptions options,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    RunningDashboard dashboard,
    IConfiguration configuration)
{
    private const int LogLinesOfFailure = 20;

    /// <returns>0 after a clean run; 1 when the graph is wrong or a resource did not come up.</returns>
    public async Task<int> RunAsync(IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is DistributedApplicationException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }

        var lifetime = (IHostApplicationLifetime)host.Services.GetService(typeof(IHostApplicationLifetime))!;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        using var shown = new CancellationTokenSource();
        var view = options.Quiet ? Task.CompletedTask : ShowAsync(shown.Token);
        var failure = await WaitUntilReadyAsync(ending.Token);
        if (failure is null && !ending.IsCancellationRequested)
            await Task.Delay(Timeout.InfiniteTimeSpan, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(CancellationToken.None);
        await shown.CancelAsync();
        await view;
        if (failure is null)
            return 0;
        await ReportAsync(failure);
        return 1;
    }

    private async Task ShowAsync(CancellationToken shown)
    {
        if (configuration.GetValue<bool>("logs"))
            _ = Task.WhenAll(model.Resources.Select(r => LogPrinter.RunAsync(r.Name, logs, shown)));
        await (Console.IsOutputRedirected || configuration.GetValue<bool>("logs")
            ? PlainStatus.RunAsync(model.Resources.Count, notifications, dashboard, shown)
            : LiveStatus.RunAsync(model.Resources.Count, notifications, dashboard, shown));
    }

    /// <summary>Returns the first resource that failed on the way; null once all are up, or when the run ends before.</summary>
    private async Task<ResourceEvent?> WaitUntilReadyAsync(CancellationToken ending)
    {
        var waitingFor = model.Resources.Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        try
        {
            await foreach (var change in notifications.WatchAsync(ending))
            {
                if (change.Snapshot.HasFailed())
                    return await FirstCauseAsync(change);
                if (change.Snapshot.IsReady() && waitingFor.Remove(change.ResourceId) && waitingFor.Count == 0)
                    return null;
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop before everything was up.
        }

        return null;
    }

    // Those who waited for the one that failed fail in the same moment; the reason is his.
    private Task<ResourceEvent> FirstCauseAsync(ResourceEvent failed)
    {
        for (var known = true; known;)
        {
            known = false;
            foreach (var wait in DependencyGraph.WaitsOf(failed.Resource))
                if (notifications.TryGetCurrentState(wait.Resource.Name, out var state) && state.Snapshot.HasFailed())
                    (failed, known) = (state, true);
        }

        return Task.FromResult(failed);
    }

    private async Task ReportAsync(ResourceEvent failure)
    {
        await Console.Error.WriteLineAsync($"Resource '{failure.ResourceId}' did not come up: {failure.Snapshot.Reason}");
        foreach (var line in logs.GetLines(failure.ResourceId).TakeLast(LogLinesOfFailure))
            await Console.Error.WriteLineAsync($"  {Colours.For(line.Content, Console.IsErrorRedirected)}");
    }
}
