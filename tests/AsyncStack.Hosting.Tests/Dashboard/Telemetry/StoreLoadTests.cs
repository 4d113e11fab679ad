using System.Diagnostics;
using System.Globalization;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

public sealed class StoreLoadTests
{
    [Fact]
    public async Task Full_stores_stay_within_300_MB_and_take_more_than_a_busy_graph_sends()
    {
        using var load = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Arguments()) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await load.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);
        await load.WaitForExitAsync(TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        var figures = output.Split('\n')[0].Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(figures[0], 10_000, double.MaxValue);
        Assert.InRange(figures[1], 10_000, double.MaxValue);
        Assert.InRange(figures[2], 10_000, double.MaxValue);
        Assert.InRange(figures[3], 10e6, 300e6);
    }

    private static string[] Arguments() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(StoreLoad).Assembly.Location, StoreLoad.Verb] : [StoreLoad.Verb];
}
