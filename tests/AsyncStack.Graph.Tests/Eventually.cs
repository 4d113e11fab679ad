namespace AsyncStack.Graph.Tests;

/// <summary>Waits for a state that only a query can show, because it lies in another process.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline)
    {
        using var timeout = new CancellationTokenSource(deadline);
        while (!await condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"The condition was not met within {deadline.TotalSeconds} s.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
