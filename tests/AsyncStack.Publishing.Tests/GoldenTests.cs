using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

public sealed class GoldenTests(ChartFixture chart)
{
    [Theory]
    [InlineData("default")]
    [InlineData("minimal")]
    [InlineData("production")]
    public async Task Manifests_change_on_purpose_only(string values) =>
        await Golden.AssertAsync($"{values}.yaml", Golden.Masked(await chart.TextAsync(values, 4)));

    [Fact]
    public async Task Values_change_on_purpose_only() => await Golden.AssertAsync("values.yaml", chart.Chart.Files()["values.yaml"]);
}
