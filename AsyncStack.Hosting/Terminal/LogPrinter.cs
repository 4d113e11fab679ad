using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Terminal;

/// <summary>Prints what a resource writes (<c>--logs true</c>).</summary>
internal static class LogPrinter
{
    public static async Task RunAsync(string resource, ResourceLoggerService logs, CancellationToken shown)
    {
        try
        {
            await foreach (var lines in logs.WatchAsync(resource).WithCancellation(shown))
                foreach (var line in lines)
                    Console.WriteLine($"{resource} > {Colours.For(line.Content, Console.IsOutputRedirected)}");
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }
}
