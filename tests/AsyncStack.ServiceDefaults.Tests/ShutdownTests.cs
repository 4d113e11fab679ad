using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Tests;

public sealed class ShutdownTests
{
    [Theory]
    [InlineData(null, 25)]
    [InlineData("00:01:00", 60)]
    public async Task Running_work_gets_its_time_to_end(string? setting, int seconds)
    {
        await using var app = TestService.Build(settings: new() { ["Shutdown:Timeout"] = setting });
        var options = (IOptions<HostOptions>)app.Services.GetService(typeof(IOptions<HostOptions>))!;

        Assert.Equal(TimeSpan.FromSeconds(seconds), options.Value.ShutdownTimeout);
    }
}
