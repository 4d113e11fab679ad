namespace AsyncStack.Bench.Load;

/// <summary>Two measurements in turns, so that what the machine does meanwhile falls on both alike.</summary>
internal static class Turns
{
    public static async Task TakeAsync(int rounds, Func<Task> one, Func<Task> other)
    {
        for (var round = 0; round < rounds; round++)
        {
            // Neither is always the first, which the machine may treat better or worse.
            var (first, second) = round % 2 == 0 ? (one, other) : (other, one);
            await first();
            await second();
        }
    }
}
