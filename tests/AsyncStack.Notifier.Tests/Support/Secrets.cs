using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Notifier.Tests.Support;

/// <summary>Signing secrets, and what a target does with them.</summary>
internal static class Secrets
{
    public static readonly string Current = Create(1);

    public static readonly string Next = Create(2);

    /// <summary>True when one of the request's signatures is by <paramref name="secret"/>.</summary>
    public static bool Verify(ReceivedRequest request, string secret)
    {
        var content = $"{request.MessageId}.{request.Headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(request.Body)}";
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes(content));
        return request.Headers["webhook-signature"].Split(' ').Contains("v1," + Convert.ToBase64String(expected));
    }

    /// <summary>Verifies with the npm package standardwebhooks; returns what it complained of, empty when it did not.</summary>
    public static async Task<string> VerifyWithStandardWebhooksAsync(ReceivedRequest request, string secret)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "verify");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            var (status, output) = await RunAsync(folder, "npm", ["ci", "--no-audit", "--no-fund"], "");
            Assert.True(status == 0, output);
        }

        var input = JsonSerializer.Serialize(new { secret, headers = request.Headers, body = Encoding.UTF8.GetString(request.Body) });
        var (verified, complaint) = await RunAsync(folder, "node", ["verify.mjs"], input);
        return verified == 0 ? "" : complaint;
    }

    private static string Create(byte seed) => "whsec_" + Convert.ToBase64String(Enumerable.Repeat(seed, 32).ToArray());

    private static async Task<(int Status, string Output)> RunAsync(string folder, string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
