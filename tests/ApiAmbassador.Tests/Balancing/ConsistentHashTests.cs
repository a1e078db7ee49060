using ApiAmbassador.Balancing;
using ApiAmbassador.Routing;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Balancing;

public class ConsistentHashTests
{
    private const int Keys = 20_000;

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(1.0, 1.0, 1.0)]
    [InlineData(5.0, 3.0, 1.0)]
    [InlineData(0.5, 0.25, 0.25)]
    [InlineData(65_535.0, 1.0)]
    public void Places_are_shared_by_weight(params double[] weights)
    {
        var table = new MaglevTable([.. weights.Select((weight, i) => ($"api-{i}", weight))]);
        var counts = new int[weights.Length];
        for (var place = 0; place < MaglevTable.Size; place++)
        {
            counts[table[place]]++;
        }

        for (var i = 0; i < weights.Length; i++)
        {
            ((double)counts[i]).ShouldBe(MaglevTable.Size * weights[i] / weights.Sum(), 2, string.Join(' ', counts));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(100)]
    public void One_that_leaves_takes_along_its_own_keys_and_few_others(int members)
    {
        var before = Assign(members, out var table);
        var after = Assign(table.With(Destinations(members)[1..]), Destinations(members)[1..]);

        var own = before.Count(id => id == "api-0");
        var moved = before.Zip(after).Count(pair => pair.First != pair.Second);
        moved.ShouldBeInRange(own, own + (Keys / 20), $"of {members}: {own} were its own");
        ((double)own / Keys).ShouldBe(1.0 / members, 0.02);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void One_that_falls_ill_takes_along_its_own_keys_alone_and_they_go_to_all_others(int members)
    {
        var before = Assign(members, out var table);
        var well = Destinations(members)[1..];
        var during = Assign(table, well);

        foreach (var (was, now) in before.Zip(during))
        {
            (was == now || was == "api-0").ShouldBeTrue($"{was} → {now}");
        }

        var heirs = before.Zip(during).Where(pair => pair.First == "api-0").GroupBy(pair => pair.Second).ToDictionary(group => group.Key, group => group.Count());
        heirs.Count.ShouldBe(members - 1);
        heirs.Values.Max().ShouldBeLessThan(2 * heirs.Values.Min(), string.Join(' ', heirs));
        Assign(table, Destinations(members)).ShouldBe(before);
    }

    [Fact]
    public void Order_in_which_members_were_learned_does_not_matter()
    {
        var before = Assign(10, out _);
        var reversed = Destinations(10).Reverse().ToArray();

        Assign(new HashTable(reversed), reversed).ShouldBe(before);
    }

    [Fact]
    public void Same_members_keep_the_table()
    {
        var table = new HashTable(Destinations(3));

        table.With(Destinations(3)).ShouldBeSameAs(table);
        table.With(Destinations(4)).ShouldNotBeSameAs(table);
        table.With([.. Destinations(2), Pools.Destination("api-2", weight: 2)]).ShouldNotBeSameAs(table);
    }

    [Fact]
    public void Weight_of_zero_has_no_key_and_who_knows_nobody_says_so()
    {
        var table = new HashTable([Pools.Destination("api-0", weight: 0), Pools.Destination("api-1")]);
        Enumerable.Range(0, 100).Select(key => table.Pick(Pools.Of([(Pools.Destination("api-1"), 1)]), $"{key}")).ShouldAllBe(index => index == 0);

        table.Pick(Pools.Of([(Pools.Destination("somebody"), 1)]), "key").ShouldBe(-1);
        new HashTable([]).Pick(Pools.Of([(Pools.Destination("somebody"), 1)]), "key").ShouldBe(-1);
    }

    [Fact]
    public void Overloaded_one_passes_on_and_always_to_the_same()
    {
        var destinations = Destinations(4);
        var (table, pool) = (new HashTable(destinations), PoolOf(destinations));
        foreach (var destination in destinations)
        {
            destination.ConcurrentRequestCount = 7; // 29 with the next: 36.25 for all is 9.06 each.
        }

        var own = table.Pick(pool, "alice");
        destinations[own].ConcurrentRequestCount = 9;
        table.Pick(pool, "alice").ShouldBe(own); // 31: 9.7 each, so a tenth is taken.
        destinations[own].ConcurrentRequestCount = 10;

        var other = table.Pick(pool, "alice");

        other.ShouldNotBe(own);
        table.Pick(pool, "alice").ShouldBe(other);
    }

    [Fact]
    public void Load_of_one_hot_key_stays_within_the_bound()
    {
        var destinations = Destinations(5);
        var (table, pool) = (new HashTable(destinations), PoolOf(destinations));
        for (var i = 1; i <= 1_000; i++)
        {
            destinations[table.Pick(pool, "hot")].ConcurrentRequestCount++;
            destinations.Max(destination => destination.ConcurrentRequestCount).ShouldBeLessThanOrEqualTo((int)Math.Ceiling(1.25 * i / 5));
        }
    }

    [Theory]
    [InlineData("Header:X-User", "alice")]
    [InlineData("cookie:sid", "s1")]
    [InlineData("ClientAddress", "10.0.0.1")]
    [InlineData("Path", "/things/1")]
    [InlineData("Header:X-Other", "")]
    [InlineData("Cookie:other", "")]
    public void Key_is_found_in_the_request(string hashBy, string expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-User"] = "alice";
        context.Request.Headers.Cookie = "sid=s1";
        context.Request.Path = "/things/1";
        context.Request.QueryString = new QueryString("?page=2");
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("::ffff:10.0.0.1");

        HashKey.TryParse(hashBy, out var key).ShouldBeTrue();

        key.Of(context, new char[CallerKey.LengthMax]).ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("None")]
    [InlineData("Path:x")]
    [InlineData("Header")]
    public void Key_that_is_none_is_refused(string? hashBy)
    {
        HashKey.TryParse(hashBy, out var key).ShouldBeFalse();
        key.ShouldBeSameAs(HashKey.None);
    }

    private static DestinationState[] Destinations(int count) => [.. Enumerable.Range(0, count).Select(i => Pools.Destination($"api-{i}"))];

    private static Pool PoolOf(DestinationState[] destinations) => Pools.Of(destinations.Select(destination => (destination, 1.0)));

    private static string[] Assign(int members, out HashTable table) => Assign(table = new HashTable(Destinations(members)), Destinations(members));

    private static string[] Assign(HashTable table, DestinationState[] among)
    {
        var pool = PoolOf(among);
        return [.. Enumerable.Range(0, Keys).Select(key => among[table.Pick(pool, $"user-{key}")].DestinationId)];
    }
}
