using AsyncStack.Worker.Datasets;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Tests.Datasets;

public sealed class DatasetGateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_job_waits_for_the_end_of_the_first()
    {
        using var gate = new DatasetGate(Options.Create(new DatasetJobOptions()));
        var first = await gate.EnterAsync(Token);
        var second = gate.EnterAsync(Token);
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public async Task A_canceled_wait_takes_no_turn()
    {
        using var gate = new DatasetGate(Options.Create(new DatasetJobOptions()));
        using var cancel = new CancellationTokenSource();
        var first = await gate.EnterAsync(Token);
        var waiting = gate.EnterAsync(cancel.Token);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();

        (await gate.EnterAsync(Token)).Dispose();
    }

    [Fact]
    public async Task A_turn_that_is_ended_twice_lets_only_one_in()
    {
        using var gate = new DatasetGate(Options.Create(new DatasetJobOptions()));
        var first = await gate.EnterAsync(Token);
        first.Dispose();
        first.Dispose();

        using var second = await gate.EnterAsync(Token);
        using var cancel = new CancellationTokenSource();
        var third = gate.EnterAsync(cancel.Token);
        Assert.False(third.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
    }
}
