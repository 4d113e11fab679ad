using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Worker.Tests.Datasets.Generated;

/// <summary>Claims about generated values. The values are the same in every run; one that fails is shrunk before it is told.</summary>
internal static class Claim
{
    private const ulong Seed = 20261124;
    private const ulong Gamma = 1442695040888963407;

    /// <summary>Checks a claim, which asserts, on so many values.</summary>
    public static void Holds<T>(Gen<T> values, Func<T, IEnumerable<T>> smaller, int times, Func<T, Task> claim) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(Seed, Gamma).WithQuietOnSuccess(true),
        // On the pool, so that nothing which is awaited comes back to the thread that waits here.
        Prop.ForAll(Arb.From(values, smaller), value => Task.Run(() => claim(value)).GetAwaiter().GetResult()));
}
