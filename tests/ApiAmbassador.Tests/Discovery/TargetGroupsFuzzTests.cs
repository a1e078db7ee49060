using System.Diagnostics;
using System.Net;
using System.Text;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;

namespace ApiAmbassador.Tests.Discovery;

public sealed class TargetGroupsFuzzTests
{
    /// <summary>Lists, torn: what the mutations cut up and put together again.</summary>
    private static readonly byte[][] Lists =
    [
        """[{"targets":["10.0.0.1:8080","[fd00::1]:8080","node1.internal:8080"],"labels":{"weight":"3","priority":"1","zone":"b","__scheme__":"https"}}]"""u8.ToArray(),
        """[{"targets":["a:1"],"labels":{"weight":3,"priority":0}},{"targets":["a:1","b"],"labels":{}} /* x */,]"""u8.ToArray(),
        """[{"labels":{"zone":"\u00e4\ud83d\ude00","x":[{"y":null}]},"targets":["[::ffff:1.2.3.4]","x_y.z.","1.2.3.4.5a:65535"]}]"""u8.ToArray(),
    ];

    [Fact]
    public void Mutated_lists_are_read_or_refused()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        var (listed, refused) = (0, 0);
        while (listed + refused < 20_000 && clock.ElapsedMilliseconds < 1500)
        {
            var json = Mutated(random);
            var told = $"seed {seed}: {Encoding.Latin1.GetString(json)}";
            var answer = Should.NotThrow(() => TargetGroups.Read(json, new FileDiscoveryOptions()), told);
            if (answer.Error is { } error)
            {
                refused++;
                error.Length.ShouldBeInRange(1, 500, told);
                error.Any(char.IsControl).ShouldBeFalse(told);
                answer.Instances.ShouldBeEmpty(told);
                continue;
            }

            listed++;
            foreach (var instance in answer.Instances)
            {
                Check(instance, told);
            }
        }

        (listed > 0 && refused > 0).ShouldBeTrue($"seed {seed}: {listed} listed, {refused} refused");
    }

    /// <summary>What is taken makes a URL that names the same host and port, to a library that is less strict than we are.</summary>
    private static void Check(Instance instance, string told)
    {
        var host = IPAddress.TryParse(instance.Host, out _) && instance.Host.Contains(':') ? $"[{instance.Host}]" : instance.Host;
        Uri.TryCreate($"{instance.Scheme}://{host}:{instance.Port}/", UriKind.Absolute, out var url).ShouldBeTrue(told);
        (url!.Scheme, url.DnsSafeHost, url.Port, url.AbsolutePath).ShouldBe((instance.Scheme, instance.Host, instance.Port, "/"), told);
        instance.Weight.ShouldBeInRange(0, 65_535, told);
        instance.Priority.ShouldBeInRange(0, 1000, told);
        (instance.Zone?.Length ?? 1).ShouldBeInRange(1, 63, told);
    }

    private static byte[] Mutated(Random random)
    {
        var json = Lists[random.Next(Lists.Length)].ToList();
        for (var changes = random.Next(1, 4); changes > 0 && json.Count > 0; changes--)
        {
            var at = random.Next(json.Count);
            var other = Lists[random.Next(Lists.Length)];
            switch (random.Next(5))
            {
                case 0:
                    json[at] = (byte)random.Next(256);
                    break;
                case 1:
                    json[at] = "[]{}\",:./@%0a-\\ 9"u8[random.Next(17)];
                    break;
                case 2:
                    json.RemoveRange(at, Math.Min(random.Next(1, 20), json.Count - at));
                    break;
                case 3:
                    json.InsertRange(at, other.Skip(random.Next(other.Length)).Take(random.Next(1, 20)).ToArray());
                    break;
                default:
                    json.Insert(at, json[at]);
                    break;
            }
        }

        return [.. json];
    }
}
