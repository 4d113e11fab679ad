namespace AsyncStack.Api.Tests.Support;

/// <summary>Waits for what a server shows only by being asked.</summary>
internal static class Waiting
{
    /// <summary>What has not come by then will not come.</summary>
    public static readonly TimeSpan AtMost = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public static async Task ForAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(AtMost);
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
