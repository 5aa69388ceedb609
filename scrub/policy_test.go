package scrub

import "testing"

func TestGoes(t *testing.T) {
	device, strict := Policy{}, Policy{Profile: ProfileStrict}
	for _, tt := range []struct {
		name   string
		policy Policy
		role   Role
		kind   Kind
		want   bool
	}{
		{"what identifies", device, Identify, Serial, true},
		{"what nobody knows", device, Identify, Unknown, true},
		{"words about the work", device, Describe, Title, false},
		{"words about the work, strict", strict, Describe, Title, true},
		{"what renders", device, Render, GainMap, false},
		{"what renders, strict", strict, Render, GainMap, false},
		{"kept", Policy{Keep: []Kind{Time}}, Identify, Time, false},
		{"another than what is kept", Policy{Keep: []Kind{Time}}, Identify, Place, true},
		{"kept, strict", Policy{Profile: ProfileStrict, Keep: []Kind{Title}}, Describe, Title, false},
		{"what can't be kept", Policy{Keep: []Kind{Unknown}}, Identify, Unknown, true},
		{"removed", Policy{Remove: []Kind{Cover}}, Describe, Cover, true},
		{"removed although it renders", Policy{Remove: []Kind{GainMap}}, Render, GainMap, true},
		{"removed and kept", Policy{Keep: []Kind{Title}, Remove: []Kind{Title}}, Describe, Title, true},
		{"no role", device, 0, Comment, true},
	} {
		if got := tt.policy.Goes(tt.role, tt.kind); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestPolicyCheck(t *testing.T) {
	for _, k := range Kinds() {
		if err := (Policy{Keep: []Kind{k}}).Check(); (err == nil) != k.Keepable() {
			t.Errorf("keep %s: %v", k, err)
		}
		if err := (Policy{Profile: ProfileDevice, Remove: []Kind{k}}).Check(); err != nil {
			t.Errorf("remove %s: %v", k, err)
		}
	}
	for _, p := range []Policy{{Keep: []Kind{""}}, {Remove: []Kind{"gps"}}, {Profile: "paranoid"}, {Keep: []Kind{MakerNote}}} {
		if p.Check() == nil {
			t.Errorf("%+v passes", p)
		}
	}
}

func TestNamesOfRolesAndPhases(t *testing.T) {
	for r := Structure; r <= Filler; r++ {
		if r.String() == "" || r.String()[0] == 'r' && r != Render {
			t.Errorf("role %d is called %q", r, r)
		}
	}
	if Role(0).String() != "role(0)" || Role(99).String() != "role(99)" || Phase(0).String() != "phase?" || Phase(99).String() != "phase?" {
		t.Error("what is no role or phase has the name of one")
	}
}
