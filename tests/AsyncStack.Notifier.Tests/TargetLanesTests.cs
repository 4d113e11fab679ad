using AsyncStack.Notifier.Delivery;

namespace AsyncStack.Notifier.Tests;

public sealed class TargetLanesTests
{
    private static readonly NotifierOptions Options = new()
    {
        Concurrency = 6, ConcurrencyPerTarget = 4, Capacity = 20, CapacityPerTarget = 10, CapacityBytes = 100,
    };

    private readonly TargetLanes _lanes = new(Options);

    [Fact]
    public void A_target_gets_its_share_and_the_others_theirs()
    {
        Add("a", 8);
        Add("b", 8);

        Assert.Equal(["a", "a", "a", "b", "b", "b"], TakeAll().Select(d => d.Target).Order());
    }

    [Fact]
    public void A_target_that_does_not_answer_is_left_one_slot_and_gets_them_back_when_it_answers()
    {
        Add("a", 10);
        foreach (var delivery in TakeAll())
        {
            Finish(delivery, answeredIn: null);
        }

        var probe = Assert.Single(TakeAll());
        Finish(probe, TimeSpan.FromMilliseconds(1));

        Assert.Equal(2, TakeAll().Count);
    }

    [Fact]
    public void A_full_lane_takes_no_more_and_says_when_it_has_room()
    {
        Add("a", 10);
        Assert.False(_lanes.TryReserve("a", 1));
        Assert.True(_lanes.TryReserve("b", 1));
        Assert.Equal(["a"], _lanes.FullTargets());

        var made = Enumerable.Range(0, 5).Select(_ => TakeOne()).Select(d => Finish(d, TimeSpan.Zero)).ToArray();

        Assert.Equal([false, false, false, false, true], made);
        Assert.True(_lanes.TryReserve("a", 1));
    }

    [Fact]
    public void Large_bodies_wait_in_the_database()
    {
        Assert.True(_lanes.TryReserve("a", 90));
        Assert.False(_lanes.TryReserve("b", 20));

        _lanes.Release("a", 90);

        Assert.True(_lanes.TryReserve("b", 200));
    }

    private void Add(string target, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(_lanes.TryReserve(target, 1));
            _lanes.Enqueue(new PendingDelivery(Guid.NewGuid(), $"http://{target}/", [0], 0, DateTimeOffset.MaxValue, null));
        }
    }

    private bool Finish(PendingDelivery delivery, TimeSpan? answeredIn)
    {
        _lanes.Judge(delivery.Target, answeredIn);
        _lanes.FreeSlot(delivery.Target);
        return _lanes.Finish(delivery);
    }

    private PendingDelivery TakeOne()
    {
        Assert.True(_lanes.TryTake(out var delivery));
        return delivery;
    }

    private List<PendingDelivery> TakeAll()
    {
        var taken = new List<PendingDelivery>();
        while (_lanes.TryTake(out var delivery))
        {
            taken.Add(delivery);
        }

        return taken;
    }
}
