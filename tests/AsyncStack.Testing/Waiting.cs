using System.Runtime.CompilerServices;
using Xunit;

namespace AsyncStack.Testing;

/// <summary>Waits for what shows only by being asked.</summary>
public static class Waiting
{
    /// <summary>
    /// What has not come by then will not come. It only keeps a test from hanging, so it must outlast any load of the machine;
    /// a test that claims how soon something happens measures that itself.
    /// </summary>
    public static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within <see cref="AtMost"/>; the message tells what was waited for.</exception>
    public static async Task ForAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var deadline = new CancellationTokenSource(AtMost);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"Waited {AtMost.TotalSeconds} s for: {what}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc cref="ForAsync(Func{Task{bool}}, string)" />
    public static Task ForAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        ForAsync(() => Task.FromResult(condition()), what);
}
