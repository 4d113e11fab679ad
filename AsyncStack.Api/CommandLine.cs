using AsyncStack.Api.Backups;
using AsyncStack.Api.Encryption;
using AsyncStack.ServiceDefaults.Health;

namespace AsyncStack.Api;

/// <summary>What the program does instead of serving, when its first argument says so.</summary>
internal static class CommandLine
{
    /// <returns>The exit code; null when the program is to serve.</returns>
    public static async Task<int?> RunAsync(string[] args) => args switch
    {
        ["healthcheck", ..] => await HealthCommand.RunAsync(args),
        ["smoke", var address] => await SmokeTest.RunAsync(WebApplication.CreateBuilder(args), new Uri(address), Console.Out),
        ["backup", .. var words] => await BackupCommand.RunAsync(WebApplication.CreateBuilder(args), words),
        ["migrate", .. var words] => await Migrations.RunAsync(WebApplication.CreateBuilder(args), words),
        ["reencrypt"] => await ReencryptCommand.RunAsync(WebApplication.CreateBuilder(args)),
        _ => null,
    };
}
